/** What this device may be called: "Chrome, Windows". */
export function thisDevice(agent: string = navigator.userAgent): string {
  const browser =
    [
      [/Edg\//, "Edge"],
      [/OPR\//, "Opera"],
      [/Firefox\//, "Firefox"],
      [/Chrome\//, "Chrome"],
      [/Safari\//, "Safari"],
    ].find(([pattern]) => (pattern as RegExp).test(agent))?.[1] ?? "";
  const system =
    [
      [/iPhone/, "iPhone"],
      [/iPad/, "iPad"],
      [/Android/, "Android"],
      [/Windows/, "Windows"],
      [/Mac OS X/, "Mac"],
      [/Linux/, "Linux"],
    ].find(([pattern]) => (pattern as RegExp).test(agent))?.[1] ?? "";
  return [browser, system].filter(Boolean).join(", ");
}

/**
 * What the server calls a device ("Chrome on Linux", "Browser on Windows", "Unknown device"), in words that need no language: "Chrome, Linux".
 * Empty where it knows neither.
 */
export function deviceWords(device: string): string {
  if (device === "Unknown device") return "";
  const [browser = "", system = ""] = device.split(" on ");
  return [browser === "Browser" ? "" : browser, system].filter(Boolean).join(", ");
}
