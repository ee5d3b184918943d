import { useAnnounce } from "@/components/announcer";
import { Button } from "@/components/button";
import { ErrorNotice } from "@/components/error-notice";
import { TextLink } from "@/components/text-link";
import { useT } from "@/i18n/i18n";
import { unnamed } from "./use-blocked";
import { useUnblock } from "./use-unblock";
import styles from "./reactions.module.css";

interface Props {
  block: string;
  name: string;
  /** The element with the person's name. */
  named?: string;
  onUnblocked: () => void;
}

/** In the place of somebody who was blocked just now. */
export function BlockedPerson({ block, name, named, onUnblocked }: Props) {
  const t = useT("matches");
  const announce = useAnnounce();
  const unblock = useUnblock(block);
  const undo = () =>
    unblock.mutate(undefined, {
      onSuccess: () => {
        announce(t("unblocked", { name }));
        onUnblocked();
      },
    });
  return (
    <div className={styles.reactions}>
      <div className={styles.answered}>
        <p>{t("blocked", { name })}</p>
        {block === unnamed ? (
          <TextLink href="/connections">{t("blocked.list")}</TextLink>
        ) : (
          <Button
            look="quiet"
            {...(named !== undefined && { "aria-describedby": named })}
            isPending={unblock.isPending}
            onPress={undo}
          >
            {t("unblock")}
          </Button>
        )}
      </div>
      {unblock.isError && <ErrorNotice error={unblock.error} onRetry={undo} />}
    </div>
  );
}
