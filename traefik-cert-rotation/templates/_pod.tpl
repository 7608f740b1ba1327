{{/* What the restricted Pod Security Standard asks for, on the container: Serving refuses it on the pod by default. */}}
{{- define "tcr.securityContext" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
readOnlyRootFilesystem: true
allowPrivilegeEscalation: false
capabilities:
  drop:
    - ALL
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* Scheduling fields, only those that a value asks for. */}}
{{- define "tcr.scheduling" -}}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{/* Pod template of the Jobs that send the resync event. They need no rights, hence no token. */}}
{{- define "tcr.resyncPod" -}}
metadata:
  labels:
    {{- include "tcr.podLabels" (dict "root" . "component" "resync") | nindent 4 }}
  {{- with .Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with include "tcr.scheduling" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  containers:
    - name: resync
      image: {{ include "tcr.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      command: ["/nodejs/bin/node", "/app/traefik-cert-rotater.cjs"]
      args: ["resync"]
      env:
        - name: K_SINK
          value: {{ include "tcr.url" . | quote }}
      {{- with .Values.resync.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      securityContext:
        {{- include "tcr.securityContext" . | nindent 8 }}
{{- end -}}

{{/* Job spec, shared by the Job at install and the CronJob. */}}
{{- define "tcr.resyncJobSpec" -}}
backoffLimit: {{ .Values.resync.backoffLimit | int64 }}
activeDeadlineSeconds: {{ .Values.resync.activeDeadlineSeconds | int64 }}
template:
  {{- include "tcr.resyncPod" . | nindent 2 }}
{{- end -}}
