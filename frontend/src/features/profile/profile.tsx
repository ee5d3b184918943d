import { Page } from "@/components/page";
import { Tabs } from "@/components/tabs";
import { useT } from "@/i18n/i18n";
import { CardView } from "./card/card-view";
import { Facts } from "./facts/facts";
import { History } from "./history/history";
import { Identity } from "./identity/identity";

/** Who I am here: what I call myself, what is known about me and from which words, who sees it, and what it was. */
export default function Profile() {
  const t = useT("profile");
  return (
    <Page title={t("title")} lead={t("lead")}>
      <Identity />
      <Tabs
        label={t("views")}
        tabs={[
          { id: "facts", label: t("views.facts"), content: <Facts /> },
          { id: "card", label: t("views.card"), content: <CardView /> },
          { id: "history", label: t("views.history"), content: <History /> },
        ]}
      />
    </Page>
  );
}
