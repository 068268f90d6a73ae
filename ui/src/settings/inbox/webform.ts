/** What a website needs to show the form: a button in the corner, the form within a page, or a link to a page of its own. */
export function snippets(desk: string, key: string): { button: string; within: string; page: string } {
  const script = (more: string) => `<script src="${desk}/widget.js" data-form="${key}"${more} async></script>`;
  return {
    button: script(""),
    within: `<div id="write-to-us"></div>\n${script(' data-place="#write-to-us"')}`,
    page: `${desk}/form/${key}`,
  };
}

/** Black or white, whichever is read better on a colour (WCAG 2.2, 1.4.3); as the form itself chooses. */
export function inkOn(hex: string): "#000000" | "#ffffff" {
  const l = luminance(hex);
  return (l + 0.05) / 0.05 >= 1.05 / (l + 0.05) ? "#000000" : "#ffffff";
}

function luminance(hex: string): number {
  const n = /^#[0-9a-f]{6}$/i.test(hex) ? Number.parseInt(hex.slice(1), 16) : 0;
  const channel = (shift: number) => {
    const c = ((n >> shift) & 0xff) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0);
}
