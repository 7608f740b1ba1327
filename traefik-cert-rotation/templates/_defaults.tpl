{{/*
Each template begins with it, whichever Helm renders first: a value without anything in it (`podLabels:`) is none for Helm,
its default included, and `helm upgrade --reuse-values` knows no value that the former chart did not have.
*/}}
{{- define "tcr.defaults" -}}
{{- include "tcr.fill" (dict "values" .Values "defaults" (.Files.Get "files/defaults.json" | fromJson)) -}}
{{- end -}}

{{/* Not Sprig's merge: to that false, zero and nothing are as good as not given. */}}
{{- define "tcr.fill" -}}
{{- range $key, $default := .defaults -}}
{{- if kindIs "invalid" (index $.values $key) -}}
{{- $_ := set $.values $key $default -}}
{{- else if and (kindIs "map" $default) (kindIs "map" (get $.values $key)) -}}
{{- include "tcr.fill" (dict "values" (get $.values $key) "defaults" $default) -}}
{{- end -}}
{{- end -}}
{{- end -}}
