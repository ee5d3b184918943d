// `npm run dev`, then /testing/kit.html: the kit to look at.
import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/newsreader/wght.css";
import "@/styles/tokens.css";
import "@/styles/base.css";
import { Suspense } from "react";
import { createRoot } from "react-dom/client";
import { Kit } from "./kit";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <Suspense>
      <Kit />
    </Suspense>,
  );
}
