import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { isProblem } from "../api/problem";
import { loadConversation } from "../desk/conversation/open";
import { loadWords, speak } from "../i18n/i18n";
import { isLanguage } from "../i18n/languages";
import { keepFor } from "../parts/stored";
import { Lost, Stopped } from "../parts/Trouble";
import { queryClient } from "./client";
import { profileQuery } from "./session";

const root = createRootRoute({ component: Outlet, notFoundComponent: Lost, errorComponent: Stopped });

// Everything beneath is for who has signed in.
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  beforeLoad: async ({ location }) => {
    try {
      const me = await queryClient.ensureQueryData(profileQuery);
      keepFor(me.id);
      if (isLanguage(me.language) && me.language !== document.documentElement.lang) await speak(me.language);
    } catch (err) {
      if (isProblem(err, "setup_needed")) throw redirect({ href: "/setup" });
      if (isProblem(err) && err.status === 401) {
        throw redirect({ href: `/sign-in?${new URLSearchParams({ to: location.href })}` });
      }
      throw err;
    }
  },
  component: lazyRouteComponent(() => import("./Shell"), "Shell"),
});

const home = createRoute({
  getParentRoute: () => inside,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/view/$view", params: { view: "mine" } });
  },
});

const desk = createRoute({
  getParentRoute: () => inside,
  path: "/view/$view",
  component: lazyRouteComponent(() => import("../desk/Desk"), "Desk"),
});
const nothingOpen = createRoute({
  getParentRoute: () => desk,
  path: "/",
  component: lazyRouteComponent(() => import("../desk/Desk"), "NothingOpen"),
});
const opened = createRoute({
  getParentRoute: () => desk,
  path: "$number",
  component: lazyRouteComponent(loadConversation, "OpenConversation"),
});
const fresh = createRoute({
  getParentRoute: () => inside,
  path: "/new",
  validateSearch: (s: Record<string, unknown>): { to?: string; draft?: number } => ({
    ...(typeof s.to === "string" ? { to: s.to } : {}),
    ...(typeof s.draft === "number" ? { draft: s.draft } : {}),
  }),
  component: lazyRouteComponent(() => import("../desk/compose/NewMail"), "NewMail"),
});
const drafts = createRoute({
  getParentRoute: () => inside,
  path: "/drafts",
  component: lazyRouteComponent(() => import("../desk/compose/Drafts"), "Drafts"),
});

const search = createRoute({
  getParentRoute: () => inside,
  path: "/search",
  validateSearch: (s: Record<string, unknown>): { q: string; sort: "best" | "newest" } => ({
    q: s.q === undefined ? "" : String(s.q),
    sort: s.sort === "newest" ? "newest" : "best",
  }),
  loader: () => words("form", "search"),
  component: lazyRouteComponent(() => import("../desk/search/Search"), "Search"),
});
const customers = createRoute({
  getParentRoute: () => inside,
  path: "/customers",
  validateSearch: (
    s: Record<string, unknown>,
  ): { q: string; language: string; warned: boolean; segment?: number; sort?: "value" | "contact" } => ({
    q: s.q === undefined ? "" : String(s.q),
    language: typeof s.language === "string" ? s.language : "",
    warned: s.warned === true,
    ...(Number(s.segment) > 0 ? { segment: Number(s.segment) } : {}),
    ...(s.sort === "value" || s.sort === "contact" ? { sort: s.sort } : {}),
  }),
  loader: () => words("form", "customers", "purchase"),
  component: lazyRouteComponent(() => import("../customers/CustomersPage"), "CustomersPage"),
});
const customer = createRoute({
  getParentRoute: () => inside,
  path: "/customers/$id",
  loader: () => words("form", "customers", "purchase"),
  component: lazyRouteComponent(() => import("../customers/CustomerPage"), "CustomerPage"),
});
const duplicates = createRoute({
  getParentRoute: () => inside,
  path: "/customers/duplicates",
  loader: () => words("form", "customers"),
  component: lazyRouteComponent(() => import("../customers/DuplicatesPage"), "DuplicatesPage"),
});
const merging = createRoute({
  getParentRoute: () => inside,
  path: "/customers/$id/merge/$other",
  loader: () => words("form", "customers", "field"),
  component: lazyRouteComponent(() => import("../customers/MergePage"), "MergePage"),
});
const organisations = createRoute({
  getParentRoute: () => inside,
  path: "/organisations",
  validateSearch: (s: Record<string, unknown>): { q: string } => ({ q: s.q === undefined ? "" : String(s.q) }),
  loader: () => words("form", "customers", "purchase"),
  component: lazyRouteComponent(() => import("../customers/OrganisationsPage"), "OrganisationsPage"),
});
const organisation = createRoute({
  getParentRoute: () => inside,
  path: "/organisations/$id",
  loader: () => words("form", "customers", "purchase"),
  component: lazyRouteComponent(() => import("../customers/OrganisationPage"), "OrganisationPage"),
});
const figures = createRoute({
  getParentRoute: () => inside,
  path: "/figures",
  validateSearch: (
    s: Record<string, unknown>,
  ): { days?: number; from?: string; to?: string; by?: "team" | "inbox" | "channel" } => ({
    ...([1, 7, 28].includes(Number(s.days)) ? { days: Number(s.days) } : {}),
    ...(isDate(s.from) && isDate(s.to) ? { from: s.from, to: s.to } : {}),
    ...(s.by === "inbox" || s.by === "channel" || s.by === "team" ? { by: s.by } : {}),
  }),
  loader: () => words("form", "figures", "clock", "promise"),
  component: lazyRouteComponent(() => import("../figures/FiguresPage"), "FiguresPage"),
});
const staffing = createRoute({
  getParentRoute: () => inside,
  path: "/figures/staffing",
  loader: () => words("form", "figures", "staffing"),
  component: lazyRouteComponent(() => import("../figures/StaffingPage"), "StaffingPage"),
});
const promises = createRoute({
  getParentRoute: () => inside,
  path: "/promises",
  validateSearch: (s: Record<string, unknown>): { whose: "mine" | "all" } => ({
    whose: s.whose === "all" ? "all" : "mine",
  }),
  loader: () => words("promise"),
  component: lazyRouteComponent(() => import("../desk/promises/PromisesPage"), "PromisesPage"),
});
const settings = createRoute({
  getParentRoute: () => inside,
  path: "/settings/$",
  loader: () => words("form", "settings", "purchase"),
  component: lazyRouteComponent(() => import("../settings/Settings"), "Settings"),
});
const firstSteps = createRoute({
  getParentRoute: () => inside,
  path: "/first-steps",
  loader: () => words("door"),
  component: lazyRouteComponent(() => import("../door/FirstSteps"), "FirstSteps"),
});

// The doors, for who has not.
const atDoors = () => words("form", "door");
const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  loader: atDoors,
  component: lazyRouteComponent(() => import("../door/Setup"), "Setup"),
});
const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  loader: atDoors,
  component: lazyRouteComponent(() => import("../door/SignIn"), "SignIn"),
});
const forgot = createRoute({
  getParentRoute: () => root,
  path: "/forgot",
  loader: atDoors,
  component: lazyRouteComponent(() => import("../door/Forgot"), "Forgot"),
});
const link = createRoute({
  getParentRoute: () => root,
  path: "/link/$token",
  loader: atDoors,
  component: lazyRouteComponent(() => import("../door/AcceptLink"), "AcceptLink"),
});

// A screen on a wall, at which nobody is signed in.
const wall = createRoute({
  getParentRoute: () => root,
  path: "/wall/$token",
  loader: () => words("wallboard", "clock"),
  component: lazyRouteComponent(() => import("../wall/Wall"), "Wall"),
});

const isDate = (v: unknown): v is string => typeof v === "string" && /^\d{4}-\d\d-\d\d$/.test(v);

async function words(...areas: string[]) {
  await Promise.all(areas.map(loadWords));
}

export const router = createRouter({
  routeTree: root.addChildren([
    inside.addChildren([
      home,
      desk.addChildren([nothingOpen, opened]),
      fresh,
      drafts,
      search,
      customers,
      customer,
      duplicates,
      merging,
      organisations,
      organisation,
      figures,
      staffing,
      promises,
      settings,
      firstSteps,
    ]),
    ...[setup, signIn, forgot, link, wall],
  ]),
  basepath: "/app",
  defaultPreload: false,
  defaultNotFoundComponent: Lost,
  defaultErrorComponent: Stopped,
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
