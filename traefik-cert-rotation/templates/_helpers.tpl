{{/* Names */}}

{{- define "tcr.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "tcr.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Where the objects are; not where Helm keeps the release, if a parent chart puts them elsewhere. */}}
{{- define "tcr.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride -}}
{{- end -}}

{{/* The full name with a suffix: at most 52 characters, for a CronJob adds 11. Long names keep a hash, so that they stay apart. */}}
{{- define "tcr.suffixed" -}}
{{- $fullname := include "tcr.fullname" .root -}}
{{- $name := printf "%s-%s" $fullname .suffix -}}
{{- if le (len $name) 52 -}}
{{- $name -}}
{{- else -}}
{{- $kept := int (sub 42 (len .suffix)) -}}
{{- printf "%s-%s-%s" ($fullname | trunc $kept | trimSuffix "-") (sha256sum $fullname | trunc 8) .suffix -}}
{{- end -}}
{{- end -}}

{{/* Cluster-wide objects carry the namespace: two installations may share a release name. */}}
{{- define "tcr.clusterName" -}}
{{- printf "%s:%s" (include "tcr.namespace" .) (include "tcr.fullname" .) -}}
{{- end -}}

{{- define "tcr.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "tcr.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "tcr.sourceName" -}}
{{- include "tcr.suffixed" (dict "root" . "suffix" "source") -}}
{{- end -}}

{{- define "tcr.configName" -}}
{{- include "tcr.suffixed" (dict "root" . "suffix" "config") -}}
{{- end -}}

{{/* Labels */}}

{{- define "tcr.selectorLabels" -}}
app.kubernetes.io/name: {{ include "tcr.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "tcr.labels" -}}
{{- $labels := dict
  "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-")
  "app.kubernetes.io/version" (.Chart.AppVersion | toString)
  "app.kubernetes.io/managed-by" .Release.Service
  "app.kubernetes.io/part-of" .Chart.Name
-}}
{{- $selectorLabels := include "tcr.selectorLabels" . | fromYaml -}}
{{- mergeOverwrite (dict) .Values.commonLabels $labels $selectorLabels | toYaml -}}
{{- end -}}

{{/* Labels of pods leave out what changes with every version: it would make a new revision and a new Job each time. */}}
{{- define "tcr.podLabels" -}}
{{- $own := include "tcr.selectorLabels" .root | fromYaml -}}
{{- $component := dict "app.kubernetes.io/component" .component -}}
{{- mergeOverwrite (dict) .root.Values.commonLabels .root.Values.podLabels $own $component | toYaml -}}
{{- end -}}

{{/* A repository whose first part is a host has its registry with it: that part has a dot or a port, or is localhost. */}}
{{- define "tcr.image" -}}
{{- $image := .Values.image -}}
{{- $host := splitList "/" $image.repository | first -}}
{{- $isWhole := and (contains "/" $image.repository) (regexMatch "[.:]|^localhost$" $host) -}}
{{- $name := ternary $image.repository (printf "%s/%s" $image.registry $image.repository) (or $isWhole (empty $image.registry)) -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $name $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name (default .Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "tcr.instance" -}}
{{- printf "%s/%s" (include "tcr.namespace" .) .Release.Name -}}
{{- end -}}

{{/* True where Helm talks to a cluster; `helm template` and GitOps tools do not, and get everything rendered. */}}
{{- define "tcr.live" -}}
{{- if lookup "v1" "Namespace" "" "kube-system" -}}true{{- end -}}
{{- end -}}

{{/*
True where it is known which kinds the cluster serves: Helm asks it, and Argo CD tells (`--api-versions`). A plain `helm
template` knows groups and versions of Kubernetes itself, and no kind.
*/}}
{{- define "tcr.knowsKinds" -}}
{{- if .Capabilities.APIVersions.Has "apps/v1/Deployment" -}}true{{- end -}}
{{- end -}}
