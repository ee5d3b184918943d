import { ButtonLink } from "@/components/button";
import { Page } from "@/components/page";
import { useT } from "@/i18n/i18n";

/** For addresses that lead nowhere. */
export function NotFound() {
  const t = useT("shell");
  return (
    <Page title={t("missing.title")} lead={t("missing.text")}>
      <div>
        <ButtonLink href="/">{t("missing.home")}</ButtonLink>
      </div>
    </Page>
  );
}
