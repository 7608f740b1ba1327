module traefik-cert-rotater.io/test/cluster/small

go 1.26.0
