import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "@/api/types";
import { Button } from "@/components/button";
import { Disclosure } from "@/components/disclosure";
import { Notice } from "@/components/notice";
import { Skeleton } from "@/components/skeleton";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { useConfig } from "@/lib/config-context";
import { Details } from "../details";
import { downloadText } from "../download";
import { totals, verifyReceipt, type Said, type Verdict } from "./verify-receipt";
import styles from "./receipt.module.css";

const fileName = "timbre-erasure.json";
/** The same check without Timbre; commands are the same in every language. */
const commands = [
  `jq -j .receipt.payload ${fileName} > payload`,
  `jq -r .receipt.signature ${fileName} | base64 -d > signature`,
  `jq -j .receipt.publicKey ${fileName} > key.pem`,
  "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in payload -sigfile signature",
].join("\n");

interface Props {
  erasure: Schemas["Erasure"];
  /** Who it was, as long as this tab remembers. */
  userId: string | undefined;
}

/** The receipt of an erasure, checked here and now. */
export function Receipt({ erasure, userId }: Props) {
  const t = useT("account");
  const { receiptKeys } = useConfig();
  const { data: verdict } = useQuery({
    queryKey: ["receipts", erasure.name, receiptKeys],
    queryFn: () => verifyReceipt(erasure, receiptKeys),
    staleTime: Infinity,
    networkMode: "always",
  });
  if (!verdict) return <Skeleton lines={4} />;
  return (
    <section className={styles.receipt} aria-label={t("receipt")}>
      <h2>{t("receipt")}</h2>
      <VerdictNotice verdict={verdict} />
      {"said" in verdict && <Content said={verdict.said} userId={userId} />}
      <div>
        <Button look="primary" onPress={() => downloadText(JSON.stringify(erasure, null, 1), fileName)}>
          {t("receipt.download")}
        </Button>
      </div>
      <Disclosure title={t("receipt.check")}>
        <p>{t("receipt.check.text")}</p>
        <pre className={styles.commands}>
          <code>{commands}</code>
        </pre>
        <pre className={styles.commands}>
          <code>{erasure.receipt?.publicKey.trim()}</code>
        </pre>
      </Disclosure>
    </section>
  );
}

function VerdictNotice({ verdict }: { verdict: Verdict }) {
  const t = useT("account");
  const tone = {
    published: "good",
    own: "good",
    foreign: "caution",
    unable: "caution",
    invalid: "danger",
  } as const;
  return (
    <Notice
      tone={tone[verdict.kind]}
      title={t(`receipt.${verdict.kind}`)}
      role={verdict.kind === "invalid" ? "alert" : "status"}
    >
      {t(`receipt.${verdict.kind}.text`)}
    </Notice>
  );
}

function Content({ said, userId }: { said: Said; userId: string | undefined }) {
  const t = useT("account");
  const format = useFormat();
  const removed = totals(said).map(([service, count]) => {
    const key = `removed.${service}`;
    return { term: t(t.has(key) ? key : "removed.other"), text: format.number(count) };
  });
  return (
    <>
      <Details
        rows={[
          { term: t("receipt.asked"), text: format.dateTime(said.create_time) },
          { term: t("receipt.completed"), text: format.dateTime(said.complete_time) },
          { term: t("receipt.fingerprint"), text: said.user_sha256, isCode: true },
          ...(userId ? [{ term: t("receipt.user"), text: userId, isCode: true }] : []),
        ]}
      />
      {userId && <p className={styles.note}>{t("receipt.user.text")}</p>}
      <h3>{t("removed")}</h3>
      <Details rows={removed} />
    </>
  );
}
