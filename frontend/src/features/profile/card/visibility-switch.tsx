import { ErrorNotice } from "@/components/error-notice";
import { useAnnounce } from "@/components/announcer";
import { Switch } from "@/components/switch";
import { useT } from "@/i18n/i18n";
import { useProfile } from "../api/use-profile";
import { useUpdateProfile } from "../api/use-update-profile";

/** Whether others can find me. It moves at once, and moves back when that failed. */
export function VisibilitySwitch() {
  const t = useT("profile");
  const announce = useAnnounce();
  const { data: profile } = useProfile();
  const update = useUpdateProfile();
  if (!profile) return null;
  const wanted = update.isPending ? update.variables.own.visibility : profile.visibility;

  function set(isVisible: boolean) {
    if (!profile || update.isPending) return;
    update.mutate(
      { seen: profile, own: { visibility: isVisible ? "VISIBILITY_VISIBLE" : "VISIBILITY_HIDDEN" } },
      { onSuccess: () => announce(t(isVisible ? "visible.done" : "invisible.done")) },
    );
  }

  return (
    <>
      <Switch
        label={t("visible")}
        help={t("visible.help")}
        isSelected={wanted === "VISIBILITY_VISIBLE"}
        onChange={set}
      />
      {update.isError && <ErrorNotice error={update.error} />}
    </>
  );
}
