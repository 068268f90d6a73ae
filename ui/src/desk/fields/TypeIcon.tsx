/** Icons of types of conversations, drawn as those of the desk are: one stroke on 24 by 24. The server knows the same names (internal/feature/field). */
const paths = {
  question:
    "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17M9.500 9.500a2.500 2.500 0 1 1 3.600 2.200c-.700.400-1.100.900-1.100 1.800M12 16.700h.01",
  order: "M6 8h12l1 12H5zM9 8V7a3 3 0 0 1 6 0v1",
  complaint: "M4 5h16v11h-8l-4 4v-4H4zM12 8v3.500M12 13.600h.01",
  compliment: "M12 20S4 15 4 9.500A4 4 0 0 1 12 8a4 4 0 0 1 8 1.500C20 15 12 20 12 20",
  suggestion: "M9 17h6M10 20h4M12 4a6 6 0 0 0-3.500 10.900c.4.300.5.700.5 1.100h6c0-.4.1-.8.5-1.100A6 6 0 0 0 12 4",
  tag: "M4 4h8l8 8-8 8-8-8zM8 8h.01",
  bolt: "M13 3 5 13.500h6L10 21l9-11h-6z",
  box: "M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8",
  card: "M3.500 6h17v12h-17zM3.500 10h17M7 14.500h4",
  key: "M8 11a4 4 0 1 0 0 8 4 4 0 0 0 0-8M11 12l8-8M16 7l2.500 2.500",
} as const;

export type TypeIconName = keyof typeof paths;
export const typeIcons = Object.keys(paths) as TypeIconName[];

/** An icon by its name; a tag where nobody knows it. */
export function TypeIcon({ name, size = 12 }: { name: string; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={2}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      style={{ flex: "none" }}
    >
      <path d={paths[name as TypeIconName] ?? paths.tag} />
    </svg>
  );
}
