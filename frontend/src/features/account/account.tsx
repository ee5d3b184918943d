import { Page } from "@/components/page";
import { useT } from "@/i18n/i18n";
import { EraseSection } from "./erase-section";
import { ExportSection } from "./export-section";
import { SessionSection } from "./session-section";

/** My sign-in, and my data. */
export default function Account() {
  const t = useT("account");
  return (
    <Page title={t("title")} lead={t("lead")}>
      <SessionSection />
      <ExportSection />
      <EraseSection />
    </Page>
  );
}
