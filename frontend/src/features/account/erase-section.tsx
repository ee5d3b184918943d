import { lazy, Suspense, useState } from "react";
import { Button } from "@/components/button";
import { useT } from "@/i18n/i18n";
import { Section } from "./section";

const EraseDialog = lazy(() => import("./erase-dialog"));

/** The end of the account. */
export function EraseSection() {
  const t = useT("account");
  const [asks, setAsks] = useState(false);
  return (
    <Section title={t("erase")}>
      <p>{t("erase.text")}</p>
      <p>{t("erase.receipt")}</p>
      <Button look="danger" onPress={() => setAsks(true)}>
        {t("erase.start")}
      </Button>
      <Suspense>{asks && <EraseDialog onClose={() => setAsks(false)} />}</Suspense>
    </Section>
  );
}
