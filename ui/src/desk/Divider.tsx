import css from "./Divider.module.css";

interface Props {
  label: string;
  value: number;
  min: number;
  max: number;
  set: (value: number) => void;
  /** What a double click goes back to. */
  usual: number;
  /** The panel lies to the right of the divider. */
  after?: boolean;
  className?: string;
}

/** Widens or narrows the panel beside it, by pointer or by arrow keys; a double click gives the usual width back. */
export function Divider({ label, value, min, max, set, usual, after, className }: Props) {
  const clamp = (n: number) => Math.round(Math.min(max, Math.max(min, n)));
  const sign = after ? -1 : 1;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that can be moved is no hr
    <div
      role="separator"
      data-after={after || undefined}
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      className={`${css.divider} ${className ?? ""}`}
      onKeyDown={(e) => {
        if (e.key !== "ArrowLeft" && e.key !== "ArrowRight") return;
        e.preventDefault();
        set(clamp(value + (e.key === "ArrowRight" ? 16 : -16) * sign));
      }}
      onDoubleClick={() => set(usual)}
      onPointerDown={(e) => {
        const from = e.clientX;
        const target = e.currentTarget;
        target.setPointerCapture(e.pointerId);
        const move = (m: PointerEvent) => set(clamp(value + (m.clientX - from) * sign));
        const end = () => {
          target.removeEventListener("pointermove", move);
          target.removeEventListener("lostpointercapture", end);
        };
        target.addEventListener("pointermove", move);
        target.addEventListener("lostpointercapture", end);
      }}
    />
  );
}
