// The time zone of this device, for who makes an account.

export function fillZone() {
  const field = document.getElementById("zone");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (field && zone && field.value === "UTC") field.value = zone;
}
