{{/*
The integrations as these values have them, as a JSON list. What the chart knows of them is in files/integrations.json
(`npm run generate` writes it).
  key, child    its key in the values, and its children: group, version, kind, resource
  state         `on`, `removing` (off, and its children are to go), `off` or, for one that is off unless it is named, `unnamed`
  config        its part of the function's configuration file
  dependencies  those that the function reads by name: apiVersion, group, kind, resource, name, namespace, selector
  missing       why it cannot be installed so
  rights        those that go with its values
*/}}
{{- define "tcr.integrations" -}}
{{- $root := . -}}
{{- $integrations := list -}}
{{- range $known := .Files.Get "files/integrations.json" | fromJsonArray -}}
{{- $values := index $root.Values.integrations $known.key | default dict -}}
{{- $state := "off" -}}
{{- if $values.enabled -}}{{- $state = "on" -}}
{{- else if eq (toString $values.onDisable) "delete" -}}{{- $state = "removing" -}}
{{- else if not $known.enabledByDefault -}}{{- $state = "unnamed" -}}
{{- end -}}
{{- $left := list -}}
{{- range $known.omitEmpty -}}
{{- if not (index $values .) -}}{{- $left = append $left . -}}{{- end -}}
{{- end -}}
{{- $dependencies := list -}}
{{- $missing := list -}}
{{- range $known.dependencies -}}
{{- $reference := index $values .from -}}
{{- $replaced := false -}}
{{- range .unless -}}
{{- if index $values . -}}{{- $replaced = true -}}{{- end -}}
{{- end -}}
{{- if or $replaced (not $reference) -}}
{{- $left = append $left .from -}}
{{- if and .required (not $replaced) (eq $state "on") -}}{{- $missing = append $missing .required -}}{{- end -}}
{{- else if eq $state "on" -}}
{{- $apiVersion := ternary .resource.version (printf "%s/%s" .resource.group .resource.version) (empty .resource.group) -}}
{{- $selector := dict -}}
{{- with .selector -}}{{- $selector = index $root.Values.source . | default dict -}}{{- end -}}
{{- $dependencies = append $dependencies (dict "apiVersion" $apiVersion "group" .resource.group "kind" .resource.kind "resource" .resource.plural "name" $reference.name "namespace" $reference.namespace "selector" $selector) -}}
{{- end -}}
{{- end -}}
{{- $rights := list -}}
{{- range $right := $known.rights -}}
{{- $fits := eq $state "on" -}}
{{- range $key, $value := .when -}}
{{- if ne (toString (index $values $key)) (toString $value) -}}{{- $fits = false -}}{{- end -}}
{{- end -}}
{{- if $fits -}}{{- $rights = append $rights $right -}}{{- end -}}
{{- end -}}
{{- $config := dict "enabled" false -}}
{{- range $key := $known.keys -}}
{{- if and (hasKey $values $key) (not (has $key $left)) -}}{{- $_ := set $config $key (index $values $key) -}}{{- end -}}
{{- end -}}
{{- $integrations = append $integrations (dict "key" $known.key "child" $known.child "state" $state "config" $config "dependencies" $dependencies "missing" $missing "rights" $rights) -}}
{{- end -}}
{{- $integrations | toJson -}}
{{- end -}}

{{/* API groups of the routes, as a JSON list. */}}
{{- define "tcr.routeGroups" -}}
{{- ternary (list "traefik.io" "traefik.containo.us") (list "traefik.io") .Values.selector.legacyGroup | toJson -}}
{{- end -}}

{{/* Plurals of the routes, as a JSON list. */}}
{{- define "tcr.routeResources" -}}
{{- $resources := list "ingressroutes" "ingressroutetcps" -}}
{{- ternary (append $resources "ingressrouteudps") $resources .Values.selector.udp | toJson -}}
{{- end -}}

{{/* The function's configuration file: JSON, for a YAML parser would be paid on every wake. */}}
{{- define "tcr.config" -}}
{{- $selector := pick .Values.selector "legacyGroup" "udp" -}}
{{- with .Values.selector.ingressClass -}}
{{- $_ := set $selector "ingressClass" . -}}
{{- end -}}
{{- $integrations := dict -}}
{{- range include "tcr.integrations" . | fromJsonArray -}}
{{- if ne .state "unnamed" -}}{{- $_ := set $integrations .key .config -}}{{- end -}}
{{- end -}}
{{- $auth := dict -}}
{{- with include "tcr.audience" . -}}
{{- $_ := set $auth "auth" (dict "oidc" (dict "audience" . "subjects" (include "tcr.subjects" $ | fromJson).items)) -}}
{{- end -}}
{{- $telemetry := dict -}}
{{- with include "tcr.telemetryConfig" . -}}
{{- $_ := set $telemetry "telemetry" (fromJson .) -}}
{{- end -}}
{{- /* `off` without quotes is false to Helm. */ -}}
{{- dict
  "logLevel" .Values.logLevel
  "mode" .Values.mode
  "onOptOut" .Values.onOptOut
  "hostPolicy" .Values.hostPolicy
  "hostClaims" (ternary "off" .Values.hostClaims (eq (toString .Values.hostClaims) "false"))
  "takeOverFrom" .Values.takeOverFrom
  "selector" $selector
  "traefik" (pick .Values.traefik "defaultRuleSyntax")
  "integrations" $integrations
  | merge $auth $telemetry | toPrettyJson -}}
{{- end -}}

{{/*
The children by integration, as JSON: `{"items": [{key, group, version, kind, resource, verbs, watched}]}`, only those that
the function may touch: all verbs while enabled, removal where `onDisable` asks for it.
*/}}
{{- define "tcr.children" -}}
{{- $items := list -}}
{{- range include "tcr.integrations" . | fromJsonArray -}}
{{- if eq .state "on" -}}
{{- $items = append $items (merge (dict "key" .key "watched" true "verbs" (list "get" "list" "create" "patch" "delete")) .child) -}}
{{- else if eq .state "removing" -}}
{{- $items = append $items (merge (dict "key" .key "watched" false "verbs" (list "get" "list" "delete")) .child) -}}
{{- end -}}
{{- end -}}
{{- dict "items" $items | toJson -}}
{{- end -}}

{{/* What the integrations that are on read by name, as a JSON list. */}}
{{- define "tcr.dependencies" -}}
{{- $items := list -}}
{{- range include "tcr.integrations" . | fromJsonArray -}}
{{- $items = concat $items .dependencies -}}
{{- end -}}
{{- $items | toJson -}}
{{- end -}}
