import { useState } from "react";
import { ApiError } from "@/api/api-error";
import { useAnnounce } from "@/components/announcer";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ErrorNotice } from "@/components/error-notice";
import { LanguagesField } from "@/components/languages-field";
import { Notice } from "@/components/notice";
import { TextArea, TextField } from "@/components/text-field";
import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { useUpdateProfile } from "../api/use-update-profile";
import { changedFields, type Own } from "../own";

interface Props {
  /** The profile as it is now, which may become another one while this is open. */
  latest: Schemas["Profile"];
  onClose: () => void;
}

/** Change my name, my headline and the languages I speak. */
export function ProfileDialog({ latest, onClose }: Props) {
  const t = useT("profile");
  const common = useT("common");
  const announce = useAnnounce();
  const update = useUpdateProfile();
  const [opened] = useState(latest);
  const [displayName, setName] = useState(opened.displayName);
  const [headline, setHeadline] = useState(opened.headlineSelected ? "" : opened.headline);
  const [languages, setLanguages] = useState(opened.languages);
  const [missing, setMissing] = useState(false);
  const isConflict = update.error instanceof ApiError && update.error.reason === "CONCURRENT_CHANGE";
  // A selected headline that was left alone stays selected.
  const keepsSelected = opened.headlineSelected && headline.trim() === "";
  const own = {
    displayName: displayName.trim(),
    languages,
    ...(!keepsSelected && { headline: headline.trim() }),
  };

  function save() {
    if (opened.displayName && !own.displayName) {
      setMissing(true);
      return;
    }
    update.mutate(
      // After a conflict the other values have been shown here: now they are what was seen.
      { seen: isConflict ? latest : opened, own: onlyChanged(opened, own) },
      {
        onSuccess: () => {
          announce(t("saved"));
          onClose();
        },
      },
    );
  }

  return (
    <Dialog
      title={t("edit.title")}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button look="primary" isPending={update.isPending} onPress={save}>
            {isConflict ? t("conflict.keepMine") : common("save")}
          </Button>
          <Button onPress={onClose}>{common("cancel")}</Button>
        </>
      }
    >
      <TextField
        label={t("name")}
        help={t("name.help")}
        value={displayName}
        onChange={setName}
        maxLength={80}
        autoComplete="nickname"
        error={missing && !own.displayName ? t("name.missing") : undefined}
      />
      <TextArea
        label={t("headline")}
        help={t("headline.help")}
        value={headline}
        onChange={setHeadline}
        rows={2}
        maxLength={160}
        {...(keepsSelected && { placeholder: opened.headline })}
      />
      <LanguagesField
        label={t("languages")}
        addLabel={t("languages.add")}
        help={t("languages.help")}
        whenEmpty={t("languages.none")}
        value={languages}
        onChange={setLanguages}
      />
      {isConflict && <Meanwhile opened={opened} latest={latest} />}
      {update.isError && !isConflict && <ErrorNotice error={update.error} onRetry={save} />}
    </Dialog>
  );
}

function onlyChanged(opened: Schemas["Profile"], own: Partial<Own>): Partial<Own> {
  return Object.fromEntries(changedFields(opened, own).map((field) => [field, own[field]]));
}

/** What somebody, most likely oneself in another window, has made of it meanwhile. */
function Meanwhile({ opened, latest }: { opened: Schemas["Profile"]; latest: Schemas["Profile"] }) {
  const t = useT("profile");
  const format = useFormat();
  const changed = changedFields(opened, latest);
  return (
    <Notice tone="caution" role="alert" title={t("conflict.title")}>
      {changed.includes("displayName") && <p>{t("conflict.name", { name: latest.displayName })}</p>}
      {changed.includes("headline") && <p>{t("conflict.headline", { headline: latest.headline })}</p>}
      {changed.includes("languages") && (
        <p>{t("conflict.languages", { languages: format.list(latest.languages.map(format.language)) })}</p>
      )}
      <p>{t("conflict.choose")}</p>
    </Notice>
  );
}
