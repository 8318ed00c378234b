/** The addresses of the app; features are composed here and nowhere else. */
import { createRootRoute, createRoute, createRouter, Outlet } from "@tanstack/react-router";
import { ImportPage } from "../features/imports/import-page";
import { SettingsPage } from "../features/settings/settings-page";
import { StartPage } from "../features/start/start-page";
import { BasePage } from "./base-page";
import { Broken } from "./failsafe";

const root = createRootRoute({ component: Outlet });
const start = createRoute({ getParentRoute: () => root, path: "/", component: StartPage });
const importing = createRoute({ getParentRoute: () => root, path: "/import/$job", component: ImportPage });
const settings = createRoute({ getParentRoute: () => root, path: "/settings", component: SettingsPage });
const base = createRoute({ getParentRoute: () => root, path: "/b/$base", component: BasePage });
const table = createRoute({ getParentRoute: () => root, path: "/b/$base/$table", component: BasePage });

export const router = createRouter({
  defaultErrorComponent: Broken,
  routeTree: root.addChildren([start, importing, settings, base, table]),
  defaultPreload: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
