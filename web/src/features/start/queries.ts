/** Bases and templates. */
import { useQuery } from "@tanstack/react-query";
import { ask, type Schemas } from "../../api/client";

export const useBases = () =>
  useQuery({ queryKey: ["bases"], queryFn: () => ask<Schemas["BaseRow"][]>("GET", "/bases") });
export const useTemplates = () =>
  useQuery({
    queryKey: ["templates"],
    queryFn: () => ask<Schemas["TemplateView"][]>("GET", "/templates"),
    staleTime: Number.POSITIVE_INFINITY,
  });

export function createBase(name: string, template?: string): Promise<{ id: string }> {
  return ask("POST", "/bases", { name, ...(template ? { template } : {}) });
}
