/** Starts the app: language first, then React. */
import { createRoot } from "react-dom/client";
import "./ui/tokens.css";
import "./ui/layout.css";
import { actAs } from "./api/client";
import { App } from "./app/app";
import { startI18n } from "./i18n";
import { clientIdentity } from "./sync/ids";

actAs(clientIdentity(localStorage));
await startI18n();
const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);
