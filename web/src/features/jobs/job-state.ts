/** The states of a job that can still be stopped. */
const RUNNING = new Set(["staging", "previewed", "importing", "queued", "running", "paused"]);

export function isRunning(state: string): boolean {
  return RUNNING.has(state);
}
