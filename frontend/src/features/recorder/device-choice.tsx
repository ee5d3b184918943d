import { useId } from "react";
import { useT } from "@/i18n/i18n";
import type { Device } from "./recording/microphone";
import styles from "./device-choice.module.css";

interface Props {
  devices: readonly Device[];
  chosen: string | undefined;
  onChoose: (id: string) => void;
}

/** Which microphone to use, where there are several. The browser's own list, because it is in the first load. */
export function DeviceChoice({ devices, chosen, onChoose }: Props) {
  const t = useT("recorder");
  const id = useId();
  if (devices.length < 2) return null;
  return (
    <div className={styles.choice}>
      <label htmlFor={id}>{t("device")}</label>
      <select id={id} value={chosen ?? devices[0]?.id} onChange={(event) => onChoose(event.target.value)}>
        {devices.map((device) => (
          <option key={device.id} value={device.id}>
            {device.label}
          </option>
        ))}
      </select>
    </div>
  );
}
