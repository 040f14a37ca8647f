/** Which process is sending: git starts the hook through a new process for each mail, so the parent's id alone won't do. */
import { execFileSync } from "node:child_process";

const generations = 8;

/** The id of the `git send-email` above this process, or of the parent's parent when none is in sight. */
export function senderId(): string {
  const line = ancestors(process.ppid);
  const sender = line.find((ancestor) => ancestor.command.includes("send-email"));
  return String((sender ?? line[1] ?? line[0])?.pid ?? process.ppid);
}

interface Ancestor {
  readonly pid: number;
  readonly command: string;
}

function ancestors(pid: number): Ancestor[] {
  const line: Ancestor[] = [];
  let next = pid;
  while (next > 1 && line.length < generations) {
    const found = lookUp(next);
    if (found === null) break;
    line.push({ pid: next, command: found.command });
    next = found.parent;
  }
  return line;
}

function lookUp(pid: number): { readonly parent: number; readonly command: string } | null {
  try {
    const answer = execFileSync("ps", ["-o", "ppid=,args=", "-p", String(pid)], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    const parts = /^\s*(\d+)\s+(.*)/.exec(answer);
    return parts === null ? null : { parent: Number(parts[1]), command: parts[2]! };
  } catch {
    return null;
  }
}
