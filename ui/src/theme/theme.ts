import { createTheme, localStorageColorSchemeManager, type MantineColorsTuple } from "@mantine/core";

// Mantine wants ten shades; what is seen comes from the roles in tokens.css.
const brand: MantineColorsTuple = [
  "#e3f1ee",
  "#c9e4df",
  "#9fcfc6",
  "#72b9ac",
  "#46a596",
  "#239283",
  "#0f6e63",
  "#0b5c53",
  "#0a4f47",
  "#083f39",
];

export const theme = createTheme({
  fontFamily: "var(--font)",
  primaryColor: "brand",
  primaryShade: 6,
  colors: { brand },
  defaultRadius: 8,
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Button: {
      defaultProps: { variant: "default", size: "sm" },
      vars: (_theme: unknown, props: { size?: unknown }) =>
        props.size === "sm"
          ? { root: { "--button-height": "var(--target, 32px)", "--button-padding-x": "11px", "--button-fz": "13px" } }
          : { root: {} },
    },
    Menu: {
      defaultProps: {
        transitionProps: { duration: 80 },
        position: "bottom-end",
        withinPortal: true,
        portalProps: { target: "#main" },
        withInitialFocusPlaceholder: false,
        radius: 10,
      },
    },
    Popover: {
      defaultProps: { transitionProps: { duration: 80 }, withinPortal: true, portalProps: { target: "#main" } },
    },
    Modal: { defaultProps: { transitionProps: { duration: 100 }, centered: false, yOffset: "10vh", padding: "lg" } },
  },
});

/** Remembers light, dark or the system's choice; public/theme.js reads the same key before the first paint. */
export const colourScheme = localStorageColorSchemeManager({ key: "tellus-theme" });
