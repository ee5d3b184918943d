import { useState } from "react";
import type { Schemas } from "@/api/types";
import { rounded } from "./places";

type Failure = "refused" | "unavailable";

/** How long a position may be known already, and how long to wait for a new one: it is rounded to 28 km anyway. */
const options = { enableHighAccuracy: false, maximumAge: 3_600_000, timeout: 15_000 };

/** Where the device says it is, once the person asks for it; rounded here, so that nothing finer leaves it. */
export function useDevicePlace(onFound: (place: Schemas["Place"]) => void) {
  const [isAsking, setAsking] = useState(false);
  const [failure, setFailure] = useState<Failure>();

  function ask() {
    setAsking(true);
    setFailure(undefined);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setAsking(false);
        onFound(rounded(coords));
      },
      (error) => {
        setAsking(false);
        setFailure(error.code === error.PERMISSION_DENIED ? "refused" : "unavailable");
      },
      options,
    );
  }

  return { isThere: "geolocation" in navigator, isAsking, failure, ask };
}
