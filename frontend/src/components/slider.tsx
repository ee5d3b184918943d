import { Label } from "react-aria-components/Label";
import { Slider as AriaSlider, SliderOutput, SliderThumb, SliderTrack } from "react-aria-components/Slider";
import styles from "./slider.module.css";

interface Props {
  label: string;
  value: number;
  onChange: (value: number) => void;
  /** Called once the person lets go: the time to save. */
  onChangeEnd?: (value: number) => void;
  min: number;
  max: number;
  step: number;
  /** The value as people read it. */
  text: string;
}

/** A number whose neighbours are as good. */
export function Slider({ label, value, onChange, onChangeEnd, min, max, step, text }: Props) {
  return (
    <AriaSlider
      className={styles.slider ?? ""}
      value={value}
      onChange={onChange}
      {...(onChangeEnd ? { onChangeEnd } : {})}
      minValue={min}
      maxValue={max}
      step={step}
    >
      <Label className={styles.label ?? ""}>{label}</Label>
      <SliderOutput className={styles.output ?? ""}>{text}</SliderOutput>
      <SliderTrack className={styles.track ?? ""}>
        <SliderThumb className={styles.thumb ?? ""} />
      </SliderTrack>
    </AriaSlider>
  );
}
