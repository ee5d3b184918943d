import { useState } from "react";
import { durationOf } from "./duration-of";
import type { Studio } from "./studio";
import type { Take } from "./takes/take";
import { takeOfFile, UnusableFile, type FileProblem } from "./takes/take-of-file";
import { StoreFull } from "./takes/take-store";

type Problem = FileProblem | "full" | "unreadable";

/** Makes takes of files; says why where that cannot be. */
export function useFile(
  { takes }: Studio,
  about: { owner: string | undefined; prompt: string },
  onTake: (take: Take) => void,
) {
  const [problem, setProblem] = useState<Problem>();
  return {
    problem,
    async bring(file: File) {
      setProblem(undefined);
      try {
        onTake(await takeOfFile(file, { takes, ...about, durationOf }));
      } catch (error) {
        setProblem(problemOf(error));
      }
    },
  };
}

function problemOf(error: unknown): Problem {
  if (error instanceof UnusableFile) return error.problem;
  return error instanceof StoreFull ? "full" : "unreadable";
}
