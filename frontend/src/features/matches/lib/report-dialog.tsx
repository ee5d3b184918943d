import { useState } from "react";
import type { Schemas } from "@/api/types";
import { useAnnounce } from "@/components/announcer";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ErrorNotice } from "@/components/error-notice";
import { Notice } from "@/components/notice";
import { RadioGroup } from "@/components/radio-group";
import { Switch } from "@/components/switch";
import { TextArea } from "@/components/text-field";
import { useT } from "@/i18n/i18n";
import { useWord } from "@/lib/use-word";
import { useReport } from "../api/use-report";
import { useKeepReported } from "./use-blocked";

interface Props {
  match: string;
  name: string;
  onClose: () => void;
  onBlocked: (() => void) | undefined;
}

type Category = Exclude<Schemas["Report"]["category"], "CATEGORY_UNSPECIFIED">;

const categories = [
  "CATEGORY_SPAM",
  "CATEGORY_HARASSMENT",
  "CATEGORY_HATE",
  "CATEGORY_IMPERSONATION",
  "CATEGORY_DANGER",
  "CATEGORY_UNDERAGE",
  "CATEGORY_OTHER",
] as const satisfies readonly Category[];

const longestComment = 1_000;

/** Tells the moderators about somebody, and says what becomes of it. */
export function ReportDialog({ match, name, onClose, onBlocked }: Props) {
  const t = useT("matches");
  const common = useT("common");
  const word = useWord();
  const announce = useAnnounce();
  const report = useReport(match);
  const keepReported = useKeepReported();
  const [category, setCategory] = useState<Category | "">("");
  const [comment, setComment] = useState("");
  const [block, setBlock] = useState(true);
  const [missing, setMissing] = useState<"category" | "comment">();

  const send = () => {
    if (category === "") {
      setMissing("category");
      return;
    }
    if (category === "CATEGORY_OTHER" && comment.trim() === "") {
      setMissing("comment");
      return;
    }
    report.mutate(
      { category, comment: comment.trim(), block },
      { onSuccess: () => announce(t("reported", { name })) },
    );
  };

  if (report.isSuccess) {
    // Until this was read, it stays in front of whom it is about.
    const finish = () => {
      onClose();
      if (!block) return;
      keepReported(match);
      onBlocked?.();
    };
    return (
      <Dialog
        isOpen
        onClose={finish}
        title={t("reported.title")}
        actions={<Button onPress={finish}>{common("close")}</Button>}
      >
        <p>{t("reported", { name })}</p>
        {block && <p>{t("blocked", { name })}</p>}
      </Dialog>
    );
  }
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("report.title", { name })}
      actions={
        <>
          <Button look="danger" isPending={report.isPending} onPress={send}>
            {t("report.send")}
          </Button>
          <Button onPress={onClose}>{common("cancel")}</Button>
        </>
      }
    >
      <p>{t("report.text", { name })}</p>
      <RadioGroup<Category | "">
        label={t("report.reason")}
        choices={categories.map((id) => ({ id, label: word("CATEGORY", id) }))}
        value={category}
        onChange={(chosen) => {
          setCategory(chosen);
          setMissing(undefined);
        }}
      />
      {missing === "category" && (
        <Notice tone="danger" role="alert">
          {t("report.choose")}
        </Notice>
      )}
      {category === "CATEGORY_DANGER" && <Notice tone="caution">{t("report.danger")}</Notice>}
      <TextArea
        label={t("report.comment")}
        value={comment}
        onChange={(text) => {
          setComment(text);
          setMissing(undefined);
        }}
        rows={3}
        maxLength={longestComment}
        error={missing === "comment" ? t("report.unexplained") : undefined}
      />
      <Switch label={t("report.block", { name })} isSelected={block} onChange={setBlock} />
      {report.isError && <ErrorNotice error={report.error} onRetry={send} />}
    </Dialog>
  );
}
