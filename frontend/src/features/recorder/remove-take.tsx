import { useState } from "react";
import { Button } from "@/components/button";
import { useT } from "@/i18n/i18n";
import type { Take } from "./takes/take";
import type { TakeStore } from "./takes/take-store";

interface Props {
  takes: TakeStore;
  take: Take;
  size?: "small" | "normal";
}

/** Removes a take for good; asks first, in the same place. */
export function RemoveTake({ takes, take, size = "normal" }: Props) {
  const t = useT("recorder");
  const common = useT("common");
  const [asks, setAsks] = useState(false);
  if (!asks) {
    return (
      <Button key="ask" look="quiet" size={size} onPress={() => setAsks(true)}>
        {t("remove")}
      </Button>
    );
  }
  return (
    <>
      <Button key="ask" look="danger" size={size} onPress={() => void takes.remove(take.id)}>
        {t("remove.sure")}
      </Button>
      <Button look="quiet" size={size} onPress={() => setAsks(false)}>
        {common("cancel")}
      </Button>
    </>
  );
}
