{{/*
What is wrong with the templates of Certificates and what no schema says in a sentence that can be followed, as a JSON
list. The function checks all of it, and more, when it starts.
*/}}
{{- define "tcr.certificateTemplateErrors" -}}
{{- $values := .Values.integrations.certManager | default dict -}}
{{- $path := "integrations.certManager" -}}
{{- $base := dig "certificateTemplate" "spec" dict $values -}}
{{- $errors := include "tcr.specErrors" (dict "path" $path "own" $base "spec" $base) | fromJsonArray -}}
{{- /* What is wrong in the template is wrong in each of them. */}}
{{- if not $errors -}}
{{- range $index, $override := $values.overrides -}}
{{- $own := dig "certificateTemplate" "spec" dict $override -}}
{{- /* Field by field at the top, as the function does it. */}}
{{- $spec := dict -}}
{{- range $layer := list $base $own -}}
{{- range $field, $value := $layer -}}{{- $_ := set $spec $field $value -}}{{- end -}}
{{- end -}}
{{- $errors = concat $errors (include "tcr.specErrors" (dict "path" (printf "%s.overrides[%d]" $path $index) "own" $own "spec" $spec) | fromJsonArray) -}}
{{- end -}}
{{- end -}}
{{- $errors | toJson -}}
{{- end -}}

{{/* The same for one of them: `own` is what it says, `spec` what comes of it. */}}
{{- define "tcr.specErrors" -}}
{{- $errors := list -}}
{{- $path := printf "%s.certificateTemplate.spec" .path -}}
{{- $own := .own -}}
{{- range $field := list "dnsNames" "secretName" -}}
{{- if hasKey $own $field -}}
{{- $errors = append $errors (printf "%s.%s is taken from each route: leave it out" $path $field) -}}
{{- end -}}
{{- end -}}
{{- range $field := list "duration" "renewBefore" -}}
{{- if and (hasKey $own $field) (not (regexMatch "^([0-9]+([.][0-9]+)?(ns|us|µs|ms|s|m|h))+$" (toString (index $own $field)))) -}}
{{- $errors = append $errors (printf "%s.%s is %v: write hours, minutes and seconds, such as 2160h for 90 days" $path $field (index $own $field)) -}}
{{- end -}}
{{- end -}}
{{- if and .spec.renewBefore .spec.renewBeforePercentage -}}
{{- $errors = append $errors (printf "%s has both renewBefore and renewBeforePercentage: leave one out" $path) -}}
{{- end -}}
{{- if and .spec.literalSubject (or .spec.commonName .spec.subject) -}}
{{- $errors = append $errors (printf "%s.literalSubject stands for all of the subject: leave out commonName and subject" $path) -}}
{{- end -}}
{{- $algorithm := (.spec.privateKey | default dict).algorithm | default "RSA" -}}
{{- $signature := .spec.signatureAlgorithm -}}
{{- if and $signature (not (contains $algorithm $signature)) -}}
{{- $errors = append $errors (printf "%s.signatureAlgorithm is %s, which no %s key can do: write another, or another privateKey.algorithm" $path $signature $algorithm) -}}
{{- end -}}
{{- $errors | toJson -}}
{{- end -}}
