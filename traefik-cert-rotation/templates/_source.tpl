{{/* One ApiServerSource. Takes root, name, resources. */}}
{{- define "tcr.source" -}}
apiVersion: sources.knative.dev/v1
kind: ApiServerSource
metadata:
  name: {{ .name }}
  namespace: {{ include "tcr.namespace" .root }}
  labels:
    {{- include "tcr.labels" .root | nindent 4 }}
  {{- if .root.Values.source.skipPermissionsCheck }}
  annotations:
    features.knative.dev/apiserversource-skip-permissions-check: "true"
  {{- end }}
spec:
  mode: {{ .root.Values.source.mode }}
  serviceAccountName: {{ include "tcr.sourceName" .root }}
  # An empty selector means all namespaces; none would mean this one only.
  namespaceSelector: {}
  resources:
    {{- toYaml .resources | nindent 4 }}
  {{- with include "tcr.ceOverrides" .root }}
  {{- . | nindent 2 }}
  {{- end }}
  sink:
    {{- include "tcr.sink" .root | nindent 4 }}
{{- end -}}

{{/* True where anything of Knative Eventing is made. */}}
{{- define "tcr.needsEventing" -}}
{{- if or (ne .Values.source.mode "none") (eq .Values.delivery.mode "broker") (include "tcr.hasPingSource" .) (include "tcr.hasSinkBinding" .) -}}true{{- end -}}
{{- end -}}

{{/*
The sources by the ends of their names, as JSON `{"items": [{suffix, resources}]}`.

A group that is not served stops a whole adapter, and each adapter takes its memory all the time. So there is one source
where all groups are known to be served, or a value says that they are; else those for children are apart, and each on
its own where it is not known which of them are served.
*/}}
{{- define "tcr.sources" -}}
{{- $routes := include "tcr.routesToWatch" . | fromJson -}}
{{- $children := (include "tcr.childrenToWatch" . | fromJson).items -}}
{{- $served := list -}}
{{- range $children -}}
{{- if .served -}}{{- $served = append $served (omit . "served" "key") -}}{{- end -}}
{{- end -}}
{{- $sources := list -}}
{{- if eq .Values.source.mode "none" -}}
{{- else if or (eq .Values.source.children "always") (and $routes.served (eq (len $served) (len $children))) -}}
{{- $all := $routes.items -}}
{{- range $children -}}{{- $all = append $all (omit . "served" "key") -}}{{- end -}}
{{- $sources = list (dict "suffix" "routes" "resources" $all) -}}
{{- else -}}
{{- $sources = list (dict "suffix" "routes" "resources" $routes.items) -}}
{{- if include "tcr.knowsKinds" . -}}
{{- with $served -}}{{- $sources = append $sources (dict "suffix" "children" "resources" .) -}}{{- end -}}
{{- else -}}
{{- range $children -}}
{{- $sources = append $sources (dict "suffix" (printf "children-%s" (lower .key)) "resources" (list (omit . "served" "key"))) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- dict "items" $sources | toJson -}}
{{- end -}}

{{/*
Routes and what else they depend on, as JSON `{"items": [...], "served"}`; served: all their groups are known to be. A
Traefik of which the cluster has all but the CustomResourceDefinition for UDP must not stop the adapter.
*/}}
{{- define "tcr.routesToWatch" -}}
{{- $root := . -}}
{{- $kinds := .Capabilities.APIVersions -}}
{{- $items := list -}}
{{- $served := true -}}
{{- range $group := include "tcr.routeGroups" . | fromJsonArray -}}
{{- $apiVersion := printf "%s/v1alpha1" $group -}}
{{- $isServed := $kinds.Has (printf "%s/IngressRoute" $apiVersion) -}}
{{- if not $isServed -}}{{- $served = false -}}{{- end -}}
{{- range list "IngressRoute" "IngressRouteTCP" -}}
{{- $items = append $items (dict "apiVersion" $apiVersion "kind" .) -}}
{{- end -}}
{{- if and $root.Values.selector.udp (or (not $isServed) ($kinds.Has (printf "%s/IngressRouteUDP" $apiVersion))) -}}
{{- $items = append $items (dict "apiVersion" $apiVersion "kind" "IngressRouteUDP") -}}
{{- end -}}
{{- end -}}
{{- range include "tcr.dependencies" . | fromJsonArray -}}
{{- $dependency := pick . "apiVersion" "kind" -}}
{{- with .selector -}}
{{- $_ := set $dependency "selector" (dict "matchLabels" .) -}}
{{- end -}}
{{- $items = append $items $dependency -}}
{{- end -}}
{{- dict "items" $items "served" $served | toJson -}}
{{- end -}}

{{/* Our children of the enabled integrations, as JSON `{"items": [{apiVersion, kind, selector, key, served}]}`. */}}
{{- define "tcr.childrenToWatch" -}}
{{- $root := . -}}
{{- $items := list -}}
{{- if ne .Values.source.children "never" -}}
{{- range (include "tcr.children" . | fromJson).items -}}
{{- if .watched -}}
{{- $apiVersion := printf "%s/%s" .group .version -}}
{{- $selector := dict "matchLabels" (dict "kubernetes.io/managed-by" "Traefik-cert-rotater") -}}
{{- $served := $root.Capabilities.APIVersions.Has (printf "%s/%s" $apiVersion .kind) -}}
{{- $items = append $items (dict "apiVersion" $apiVersion "kind" .kind "selector" $selector "key" .key "served" $served) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- dict "items" $items | toJson -}}
{{- end -}}
