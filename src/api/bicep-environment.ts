/**
 * Variables that change how the compiler, its runtime or its loader work, or whom it gives a token to: a repository may
 * not set them. By family where the family is large. Sources: ld.so(8), the .NET runtime's configuration knobs, Azure.Identity.
 */
const reserved =
  /^(PATH|HOME|TMPDIR|TEMP|TMP|SHELL|ENV|IFS|LANG|LANGUAGE|LOCPATH|NLSPATH|TZ|TZDIR|TERMINFO|HOSTALIASES|LOCALDOMAIN|RES_OPTIONS|RESOLV_.*|LC_.*|LD_.*|DYLD_.*|GLIBC_.*|GCONV_.*|MALLOC_.*|BASH_.*|DOTNET.*|COMPLUS_.*|COREHOST_.*|CORECLR_.*|COR_.*|CLR_.*|MONO_.*|ASPNETCORE_.*|NUGET_.*|LTTNG_.*|BICEP_.*|SSL_.*|OPENSSL_.*|ICU_.*|XDG_.*|DOCKER_.*|.*_PROXY|AZURE_(CLIENT|TENANT|FEDERATED|AUTHORITY|USERNAME|PASSWORD|TOKEN|POD|CONFIG|IDENTITY|REGIONAL).*|MSI_.*|IDENTITY_.*|IMDS_.*|ARM_.*|AWS_.*|HEADWATER_.*)$/i

/** Whether a variable must not be set for the compiler by a manifest. */
export function isReservedVariable(name: string): boolean {
  return reserved.test(name)
}
