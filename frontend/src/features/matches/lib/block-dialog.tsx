import { useAnnounce } from "@/components/announcer";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ErrorNotice } from "@/components/error-notice";
import { useT } from "@/i18n/i18n";
import { useBlock } from "../api/use-block";

interface Props {
  match: string;
  name: string;
  onClose: () => void;
  onBlocked: (() => void) | undefined;
}

/** Asks before two people become invisible to each other. */
export function BlockDialog({ match, name, onClose, onBlocked }: Props) {
  const t = useT("matches");
  const common = useT("common");
  const announce = useAnnounce();
  const block = useBlock(match);
  const confirm = () =>
    block.mutate(undefined, {
      onSuccess: () => {
        announce(t("blocked", { name }));
        onClose();
        onBlocked?.();
      },
    });
  return (
    <Dialog
      alert
      isOpen
      onClose={onClose}
      title={t("block.title", { name })}
      actions={
        <>
          <Button look="danger" isPending={block.isPending} onPress={confirm}>
            {t("block")}
          </Button>
          <Button onPress={onClose}>{common("cancel")}</Button>
        </>
      }
    >
      <p>{t("block.mutual")}</p>
      <p>{t("block.ends", { name })}</p>
      {block.isError && <ErrorNotice error={block.error} />}
    </Dialog>
  );
}
