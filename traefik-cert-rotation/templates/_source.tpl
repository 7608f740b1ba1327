{{/* One ApiServerSource. Takes root, name, resources. */}}
{{- define "tcr.source" -}}
apiVersion: sources.knative.dev/v1
kind: ApiServerSource
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
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

{{/*
What `-routes` watches, as JSON `{"items": [...]}`: groups that are there wherever the product makes sense. A Traefik of
which a live cluster has all but the CustomResourceDefinition for UDP must not stop the whole adapter.
*/}}
{{- define "tcr.watchedRoutes" -}}
{{- $root := . -}}
{{- $items := list -}}
{{- range $group := include "tcr.routeGroups" . | fromJsonArray -}}
{{- $apiVersion := printf "%s/v1alpha1" $group -}}
{{- range list "IngressRoute" "IngressRouteTCP" -}}
{{- $items = append $items (dict "apiVersion" $apiVersion "kind" .) -}}
{{- end -}}
{{- if $root.Values.selector.udp -}}
{{- $kinds := $root.Capabilities.APIVersions -}}
{{- $lacksUDP := and (include "tcr.live" $root) ($kinds.Has (printf "%s/IngressRoute" $apiVersion)) (not ($kinds.Has (printf "%s/IngressRouteUDP" $apiVersion))) -}}
{{- if not $lacksUDP -}}
{{- $items = append $items (dict "apiVersion" $apiVersion "kind" "IngressRouteUDP") -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range include "tcr.dependencies" . | fromJsonArray -}}
{{- $dependency := pick . "apiVersion" "kind" -}}
{{- with .selector -}}
{{- $_ := set $dependency "selector" (dict "matchLabels" .) -}}
{{- end -}}
{{- $items = append $items $dependency -}}
{{- end -}}
{{- dict "items" $items | toJson -}}
{{- end -}}

{{/*
What `-children` watches, as JSON `{"items": [...]}`: our children of the enabled integrations. A group that is not
served stops the whole adapter, so in a live cluster it is left out until the next upgrade.
*/}}
{{- define "tcr.watchedChildren" -}}
{{- $root := . -}}
{{- $items := list -}}
{{- range (include "tcr.children" . | fromJson).items -}}
{{- $apiVersion := printf "%s/%s" .group .version -}}
{{- $served := or (not (include "tcr.live" $root)) ($root.Capabilities.APIVersions.Has (printf "%s/%s" $apiVersion .kind)) -}}
{{- if and .watched $served -}}
{{- $selector := dict "matchLabels" (dict "kubernetes.io/managed-by" "Traefik-cert-rotater") -}}
{{- $items = append $items (dict "apiVersion" $apiVersion "kind" .kind "selector" $selector) -}}
{{- end -}}
{{- end -}}
{{- dict "items" $items | toJson -}}
{{- end -}}
