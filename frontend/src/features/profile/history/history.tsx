import { useState } from "react";
import { EmptyState } from "@/components/empty-state";
import { List, ListItem } from "@/components/list";
import { LoadMore } from "@/components/load-more";
import { Loaded } from "@/components/loaded";
import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";
import { useVersions } from "../api/use-versions";
import { RestoreDialog } from "./restore-dialog";
import { VersionItem } from "./version-item";
import styles from "./history.module.css";

/** My profile as it was, with what changed each time and the way back. */
export function History() {
  const t = useT("profile");
  const query = useVersions();
  const [restoring, setRestoring] = useState<Schemas["Version"]>();
  return (
    <>
      <Loaded query={query}>
        {({ pages }) => {
          const versions = pages.flatMap((page) => page.versions);
          if (versions.length === 0) {
            return <EmptyState title={t("history.empty")}>{t("history.empty.text")}</EmptyState>;
          }
          return (
            <div className={styles.history}>
              <p className={styles.soft}>{t("history.lead")}</p>
              <List label={t("views.history")}>
                {versions.map((version, index) => (
                  <ListItem key={version.name}>
                    <VersionItem
                      version={version}
                      isNewest={index === 0}
                      onRestore={() => setRestoring(version)}
                    />
                  </ListItem>
                ))}
              </List>
            </div>
          );
        }}
      </Loaded>
      <LoadMore query={query} />
      {restoring && <RestoreDialog version={restoring} onClose={() => setRestoring(undefined)} />}
    </>
  );
}
