import { useState } from "react";
import { Menu, type Command } from "@/components/menu";
import { useT } from "@/i18n/i18n";
import { BlockDialog } from "./block-dialog";
import { ReportDialog } from "./report-dialog";

interface Props {
  /** The resource `matches/…`. */
  match: string;
  /** What the person is called. */
  name: string;
  /** They were blocked: what was shown of them is gone. */
  onBlocked?: () => void;
}

/** For when somebody is not welcome. */
export function SafetyMenu({ match, name, onBlocked }: Props) {
  const t = useT("matches");
  const [open, setOpen] = useState<"block" | "report">();
  const close = () => setOpen(undefined);
  const commands: Command[] = [
    { id: "block", label: t("block"), onAction: () => setOpen("block") },
    { id: "report", label: t("report"), onAction: () => setOpen("report"), danger: true },
  ];
  const shared = { match, name, onClose: close, onBlocked };
  return (
    <>
      <Menu label={t("more", { name })} commands={commands} />
      {open === "block" && <BlockDialog {...shared} />}
      {open === "report" && <ReportDialog {...shared} />}
    </>
  );
}
