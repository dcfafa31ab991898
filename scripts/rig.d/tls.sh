# shellcheck shell=bash
# A throw-away certificate authority and its certificates; scripts/rig sources this file.
# server.pem is valid for the rig, expired.pem expired yesterday, other.pem belongs to another host.

make_certificates() { # DIR
    mkdir -p "$1" && cat >"$1/openssl.cnf" <<CONFIG
[req]
distinguished_name = name
prompt = no
[name]
CN = madoguchi test rig
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = keyCertSign, cRLSign
subjectKeyIdentifier = hash
[ca]
default_ca = signing
[signing]
database = $1/index.txt
new_certs_dir = $1
certificate = $1/ca.pem
private_key = $1/ca.key
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
rand_serial = yes
[any]
commonName = supplied
CONFIG
    : >"$1/index.txt"
    openssl req -x509 "${new_key[@]}" -keyout "$1/ca.key" -out "$1/ca.pem" -days 2 \
        -config "$1/openssl.cnf" -extensions authority
    local here=DNS:localhost,IP:127.0.0.1,IP:127.0.0.2
    certificate "$1" server $here '1 day ago' '1 day'
    certificate "$1" expired $here '3 days ago' '1 day ago'
    certificate "$1" other DNS:elsewhere.example '1 day ago' '1 day'
}

new_key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)

certificate() { # DIR NAME ALTERNATIVE_NAMES NOT_BEFORE NOT_AFTER
    openssl req -new "${new_key[@]}" -keyout "$1/$2.key" -out "$1/$2.csr" \
        -config "$1/openssl.cnf" -subj "/CN=$2" -addext "subjectAltName = $3"
    openssl ca -batch -notext -config "$1/openssl.cnf" -in "$1/$2.csr" -out "$1/$2.pem" \
        -startdate "$(date -u -d "$4" +%Y%m%d%H%M%SZ)" -enddate "$(date -u -d "$5" +%Y%m%d%H%M%SZ)"
}
