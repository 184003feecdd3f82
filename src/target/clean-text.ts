/** Text that came from outside, fit for messages: no control characters, no more than 600 characters. */
export function cleanText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim()
  return clean.length > 600 ? `${clean.slice(0, 599)}…` : clean
}
