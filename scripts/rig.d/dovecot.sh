# shellcheck shell=bash disable=SC2154
# Dovecot's settings for a server that needs no root, in the syntax of 2.3 and of 2.4; scripts/rig sources this file.
# Any user logs in with the password "secret" and has the Maildir DIR/mail/USER, with folder names in UTF-8.

dovecot_settings() { # DIR, and the variables that scripts/rig sets from its options
    case $(dovecot --version) in
        2.3.*) common_settings "$1" && settings_2_3 "$1" ;;
        *) settings_2_4 "$1" && common_settings "$1" ;;
    esac
}

# The settings that have the same name in both versions.
common_settings() {
    cat <<CONF
base_dir = $1/run
state_dir = $1/state
log_path = /dev/stderr
listen = $host
# One unprivileged user runs every service, so no service may change its root or its user.
default_internal_user = $rig_user
default_internal_group = $rig_group
default_login_user = $rig_user
first_valid_uid = 1
ssl = $tls
auth_mechanisms = $mechanisms
# All tests come from one address: one test's wrong passwords must not delay the others.
auth_failure_delay = 0
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
mail_max_userip_connections = 100
service imap-login {
  chroot =
  inet_listener imap {
    port = $imap_port
  }
  inet_listener imaps {
    port = $imaps_port
    ssl = yes
  }
}
service submission-login {
  chroot =
  inet_listener submission {
    port = $submission_port
  }
  inet_listener submissions {
    port = $submissions_port
    ssl = yes
  }
}
hostname = localhost
submission_relay_host = 127.0.0.1
submission_relay_port = $relay
$(hibernation)
CONF
}

# Dovecot's imap process waits half a second before it tells a client of new mail. imap-hibernate does not wait.
hibernation() {
    [[ $hibernate == yes ]] || return 0
    cat <<CONF
imap_hibernate_timeout = 1s
service imap {
  unix_listener imap-master {
    user = $rig_user
  }
}
service imap-hibernate {
  unix_listener imap-hibernate {
    user = $rig_user
    mode = 0600
  }
}
CONF
}

settings_2_3() {
    cat <<CONF
protocols = imap submission
disable_plaintext_auth = $([[ $cleartext == yes ]] && echo no || echo yes)
ssl_cert = <$1/tls/$certificate.pem
ssl_key = <$1/tls/$certificate.key
mail_location = maildir:$1/mail/%u:UTF-8
$(quota_2_3)
$(passdb_2_3 "$1")
userdb {
  driver = static
  args = uid=$rig_user gid=$rig_group home=$1/mail/%u
}
CONF
    [[ -z $without ]] && return
    # Dovecot 2.3 can only replace the whole list.
    local offered=" IMAP4rev1 SASL-IR LITERAL+ ID ENABLE IDLE NAMESPACE CHILDREN UNSELECT UIDPLUS MOVE CONDSTORE ESEARCH " word
    for word in ${without//,/ }; do offered=${offered/ $word / }; done
    echo "imap_capability =$offered"
}

quota_2_3() {
    if [[ -n $quota ]]; then
        printf 'mail_plugins = quota\nplugin {\n  quota = count:User quota\n  quota_vsizes = yes\n  quota_rule = *:storage=%sK\n}\n' "$quota"
    fi
}

quota_2_4() {
    if [[ -n $quota ]]; then
        printf 'mail_plugins {\n  quota = yes\n}\nquota "User quota" {\n}\nquota_storage_size = %sK\n' "$quota"
    fi
}

# With oauth2=PORT Dovecot checks access tokens at a test's endpoint; else the password is "secret".
passdb_2_3() {
    if [[ -z $oauth2 ]]; then
        printf 'passdb {\n  driver = static\n  args = password=secret\n}\n'
        return
    fi
    printf 'passdb {\n  driver = oauth2\n  mechanisms = xoauth2\n  args = %s\n}\n' "$1/oauth2.conf"
    cat >"$1/oauth2.conf" <<CONF
introspection_mode = post
introspection_url = http://127.0.0.1:$oauth2/introspect
username_attribute = username
active_attribute = active
active_value = true
CONF
}

passdb_2_4() {
    if [[ -z $oauth2 ]]; then
        printf 'passdb static {\n  password = secret\n}\n'
        return
    fi
    cat <<CONF
oauth2 {
  introspection_mode = post
  introspection_url = http://127.0.0.1:$oauth2/introspect
  username_attribute = username
  active_attribute = active
  active_value = true
}
passdb oauth2 {
}
CONF
}

settings_2_4() {
    cat <<CONF
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
protocols = imap submission
auth_allow_cleartext = $cleartext
ssl_server_cert_file = $1/tls/$certificate.pem
ssl_server_key_file = $1/tls/$certificate.key
mail_driver = maildir
mail_path = $1/mail/%{user}
mailbox_list_utf8 = yes
$(quota_2_4)
$(passdb_2_4)
userdb static {
  fields {
    uid = $rig_user
    gid = $rig_group
    home = $1/mail/%{user}
  }
}
CONF
    [[ -z $without ]] && return
    printf 'protocol imap {\n  imap_capability {\n'
    # shellcheck disable=SC2086 # one word a capability
    printf '    "%s" = no\n' ${without//,/ }
    printf '  }\n}\n'
}
