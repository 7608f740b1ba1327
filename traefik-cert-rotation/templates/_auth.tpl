{{/* Who may send, with `auth.oidc`. */}}

{{/* What tokens must be for; empty where none are asked for. */}}
{{- define "tcr.audience" -}}
{{- if .Values.auth.oidc.enabled -}}
{{- default (printf "traefik-cert-rotater/%s" (include "tcr.instance" .)) .Values.auth.oidc.audience -}}
{{- end -}}
{{- end -}}

{{/*
Subject of the ServiceAccount that Knative Eventing makes for an object of its own. Names that would get longer than
63 characters are cut after 31 and end in a hash that no template function makes. Takes namespace, name, kind, group.
*/}}
{{- define "tcr.senderSubject" -}}
{{- $suffix := printf "-oidc-%s-%s" .group (lower .kind) -}}
{{- if gt (add (len .name) (len $suffix)) 63 -}}
{{- printf "system:serviceaccount:%s:%s*" .namespace (.name | trunc 31) -}}
{{- else -}}
{{- printf "system:serviceaccount:%s:%s%s" .namespace .name $suffix -}}
{{- end -}}
{{- end -}}

{{/* All allowed subjects, as JSON `{"items": [...]}`. */}}
{{- define "tcr.subjects" -}}
{{- $root := . -}}
{{- $namespace := include "tcr.namespace" . -}}
{{- $senders := list -}}
{{- $scheduled := dict "namespace" $namespace "group" "sources.knative.dev" "name" (include "tcr.suffixed" (dict "root" . "suffix" "resync")) -}}
{{- if eq .Values.delivery.mode "broker" -}}
{{- range list "events" "resync" -}}
{{- $name := include "tcr.suffixed" (dict "root" $root "suffix" .) -}}
{{- $senders = append $senders (dict "namespace" (include "tcr.brokerNamespace" $root) "group" "eventing.knative.dev" "kind" "Trigger" "name" $name) -}}
{{- end -}}
{{- else -}}
{{- range (include "tcr.sources" . | fromJson).items -}}
{{- $name := include "tcr.suffixed" (dict "root" $root "suffix" .suffix) -}}
{{- $senders = append $senders (dict "namespace" $namespace "group" "sources.knative.dev" "kind" "ApiServerSource" "name" $name) -}}
{{- end -}}
{{- if include "tcr.hasPingSource" . -}}
{{- $senders = append $senders (merge (dict "kind" "PingSource") $scheduled) -}}
{{- end -}}
{{- if include "tcr.hasSinkBinding" . -}}
{{- $senders = append $senders (merge (dict "kind" "SinkBinding") $scheduled) -}}
{{- end -}}
{{- end -}}
{{- $subjects := list -}}
{{- range $senders -}}
{{- $subjects = append $subjects (include "tcr.senderSubject" .) -}}
{{- end -}}
{{- $subjects = append $subjects (printf "system:serviceaccount:%s:%s" $namespace (include "tcr.resyncAccount" .)) -}}
{{- if and .Values.resync.fanOut (ne .Values.delivery.mode "broker") -}}
{{- $subjects = append $subjects (printf "system:serviceaccount:%s:%s" $namespace (include "tcr.serviceAccountName" .)) -}}
{{- end -}}
{{- dict "items" (concat $subjects .Values.auth.oidc.subjects | uniq) | toJson -}}
{{- end -}}

{{/* The ServiceAccount of the Jobs: it has no rights, its name is what their token says. */}}
{{- define "tcr.resyncAccount" -}}
{{- include "tcr.suffixed" (dict "root" . "suffix" "resync") -}}
{{- end -}}

{{/* Volume with a token for an audience; the function and its CLI read it where SinkBindings put theirs. */}}
{{- define "tcr.tokenVolume" -}}
- name: oidc-token
  projected:
    sources:
      - serviceAccountToken:
          audience: {{ . | quote }}
          expirationSeconds: 3600
          path: token
{{- end -}}

{{- define "tcr.tokenMount" -}}
- name: oidc-token
  mountPath: /oidc
  readOnly: true
{{- end -}}
