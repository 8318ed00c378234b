/** Names of people: several options per cell, shown as chips; a new name becomes one. */
import { multiSelect } from "../select/descriptor";

export const person = { ...multiSelect, type: "person", icon: "person", defaultWidth: 150 };
