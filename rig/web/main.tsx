/** The browser application: where it begins. */

import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import "./style.css";

const place = document.getElementById("app");
if (place !== null) createRoot(place).render(<App />);
