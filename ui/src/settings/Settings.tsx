import { useQuery } from "@tanstack/react-query";
import { Link, Navigate, useParams, useRouterState } from "@tanstack/react-router";
import { type ComponentType, type LazyExoticComponent, lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { stuckQuery } from "../api/queries";
import { useMe } from "../app/session";
import { Icon } from "../parts/Icon";
import { Quiet } from "../parts/Trouble";
import { Bones } from "./form/Page";
import { rooms, roomsFor } from "./pages";
import css from "./Settings.module.css";

const pages = new Map<string, LazyExoticComponent<ComponentType<{ id: string }>>>(
  rooms.map((r) => [r.path, lazy(r.load)]),
);

/** The settings: their list, and the page that is open. On a narrow screen one takes the other's place. */
export function Settings() {
  const { t } = useTranslation();
  const me = useMe();
  const { _splat = "" } = useParams({ strict: false });
  const path = useRouterState({ select: (s) => s.location.pathname });
  const [room = "", ...rest] = _splat.split("/");
  const id = rest.join("/");
  const mine = roomsFor(me.permissions);
  const narrow = useNarrow();
  const stuck = useQuery({ ...stuckQuery, enabled: me.permissions.includes("job.manage") }).data;
  const main = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page begins at its top
  useEffect(() => {
    main.current?.scrollTo(0, 0);
    // What led here may be gone with the page it was on.
    if (document.activeElement === document.body && main.current) {
      main.current.dataset.led = ""; // nobody went there with a key: no frame around the page
      main.current.focus({ preventScroll: true });
    }
  }, [path]);

  if (!room && !narrow) return <Navigate to="/settings/$" params={{ _splat: "profile" }} replace />;
  const Page = pages.get(room);
  const allowed = mine.some((r) => r.path === room);
  const groups = ["you", "house", "technical"] as const;
  return (
    <div className={css.settings} data-room={room || undefined}>
      <nav className={css.list} aria-label={t("settings.title")}>
        <h2>{t("settings.title")}</h2>
        {groups.map((group) => {
          const inside = mine.filter((r) => r.group === group);
          if (inside.length === 0) return null;
          return (
            <section key={group} aria-label={t(`settings.group.${group}`)}>
              <h3>{t(`settings.group.${group}`)}</h3>
              {inside.map((r) => (
                <Link
                  key={r.path}
                  to="/settings/$"
                  params={{ _splat: r.path }}
                  aria-current={r.path === room ? "page" : undefined}
                >
                  <Icon name={r.icon} size={17} />
                  {t(`settings.${r.path}.title`)}
                  {r.path === "jobs" && stuck && (
                    <>
                      <span className={css.stuck} aria-hidden="true" />
                      <span className="unseen">{t("rail.stuck")}</span>
                    </>
                  )}
                </Link>
              ))}
            </section>
          );
        })}
      </nav>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and a page of words has nothing else to stand on */}
      <main id="main" className={css.main} ref={main} tabIndex={0} onBlur={(e) => delete e.currentTarget.dataset.led}>
        <Link to="/settings/$" params={{ _splat: "" }} className={css.up} data-deep={(id && allowed) || undefined}>
          <Icon name="back" size={14} /> {t("settings.title")}
        </Link>
        {room && (!Page || !allowed) && (
          <Quiet icon={Page ? "lock" : "search"} title={t(Page ? "settings.forbidden" : "lost.title")}>
            <p>{t(Page ? "settings.forbidden_text" : "lost.text")}</p>
          </Quiet>
        )}
        {Page && allowed && (
          <Suspense
            fallback={
              <div style={{ maxWidth: 800, margin: "80px auto", padding: "0 32px" }}>
                <Bones />
              </div>
            }
          >
            <Page id={id} key={`${room}/${id}`} />
          </Suspense>
        )}
      </main>
    </div>
  );
}

const query = "(max-width: 759px)";

function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => window.matchMedia(query).matches);
  useEffect(() => {
    const media = window.matchMedia(query);
    const listen = () => setNarrow(media.matches);
    media.addEventListener("change", listen);
    return () => media.removeEventListener("change", listen);
  }, []);
  return narrow;
}
