import { useAnnounce } from "@/components/announcer";
import { Button } from "@/components/button";
import { ErrorNotice } from "@/components/error-notice";
import { Notice } from "@/components/notice";
import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";
import { useUpdatePreferences } from "./api/use-update-preferences";
import type { Draft } from "./use-draft";
import styles from "./save-bar.module.css";

interface Props {
  latest: Schemas["Preferences"];
  draft: Draft;
}

/** Saves a form, and says plainly when that failed or when it was changed elsewhere meanwhile. */
export function SaveBar({ latest, draft }: Props) {
  const t = useT("preferences");
  const common = useT("common");
  const announce = useAnnounce();
  const update = useUpdatePreferences();

  function save() {
    update.mutate(
      { seen: latest, wishes: draft.changed },
      {
        onSuccess: () => {
          draft.discard();
          announce(t("saved"));
        },
      },
    );
  }

  function discard() {
    update.reset();
    draft.discard();
  }

  return (
    <div className={styles.bar}>
      {draft.isContested ? (
        <Notice
          tone="caution"
          role="alert"
          title={t("conflict.title")}
          action={
            <Button size="small" onPress={discard}>
              {t("conflict.theirs")}
            </Button>
          }
        >
          {t("conflict.text")}
        </Notice>
      ) : (
        update.isError && <ErrorNotice error={update.error} onRetry={save} />
      )}
      <div className={styles.ways}>
        <Button
          look="primary"
          isPending={update.isPending}
          isDisabled={!draft.isChanged && !update.isPending}
          onPress={save}
        >
          {common("save")}
        </Button>
        {draft.isChanged && !update.isPending && (
          <Button look="quiet" onPress={discard}>
            {t("discard")}
          </Button>
        )}
        {update.isSuccess && !draft.isChanged && <p className={styles.saved}>{t("saved")}</p>}
      </div>
    </div>
  );
}
