/** A panel's first width in pixels: a share of the window between two bounds, so that the conversation keeps the most room on every screen. */
export function usualWidth(share: number, least: number, most: number): number {
  return Math.round(Math.min(most, Math.max(least, window.innerWidth * share)));
}
