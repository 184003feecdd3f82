/** Whether a url's host is this machine, by a name that nobody's DNS decides on. */
export function isLoopback(url: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname)
}
