import { ApiError } from "@/api/api-error";
import { useAnnounce } from "@/components/announcer";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ErrorNotice } from "@/components/error-notice";
import { Loaded } from "@/components/loaded";
import { Notice } from "@/components/notice";
import { Skeleton } from "@/components/skeleton";
import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";
import { useDiff } from "../api/use-diff";
import { useProfile } from "../api/use-profile";
import { useRestoreVersion } from "../api/use-restore-version";
import { Changes } from "./changes";
import styles from "./history.module.css";

interface Props {
  version: Schemas["Version"];
  onClose: () => void;
}

/** Shows what would change by going back to an older version, before it is done. */
export function RestoreDialog({ version, onClose }: Props) {
  const { data: profile } = useProfile();
  return profile ? <Compared version={version} profile={profile} onClose={onClose} /> : null;
}

function Compared({ version, profile, onClose }: Props & { profile: Schemas["Profile"] }) {
  const t = useT("profile");
  const common = useT("common");
  const announce = useAnnounce();
  const restore = useRestoreVersion();
  const diff = useDiff(profile.version, version.version);
  const isConflict = restore.error instanceof ApiError && restore.error.reason === "CONCURRENT_CHANGE";

  function confirm() {
    restore.mutate(
      { version: version.version, etag: profile.etag },
      {
        onSuccess: () => {
          announce(t("restored", { number: version.version }));
          onClose();
        },
      },
    );
  }

  return (
    <Dialog
      title={t("restore.title", { number: version.version })}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button look="primary" isPending={restore.isPending} isDisabled={!diff.data} onPress={confirm}>
            {t("restore.confirm")}
          </Button>
          <Button onPress={onClose}>{common("cancel")}</Button>
        </>
      }
    >
      <p>{t("restore.text")}</p>
      <div className={styles.preview}>
        <h3 className={styles.term}>{t("restore.changes")}</h3>
        <Loaded query={diff} skeleton={<Skeleton lines={3} />}>
          {(data) => <Changes diff={withoutVisibility(data)} />}
        </Loaded>
      </div>
      {isConflict ? (
        <Notice tone="caution" role="alert">
          {t("restore.conflict")}
        </Notice>
      ) : (
        restore.isError && <ErrorNotice error={restore.error} onRetry={confirm} />
      )}
    </Dialog>
  );
}

/** Who can find me is no part of what comes back. */
function withoutVisibility(diff: Schemas["DiffVersionsResponse"]): Schemas["DiffVersionsResponse"] {
  return { ...diff, fields: diff.fields.filter(({ field }) => field !== "visibility") };
}
