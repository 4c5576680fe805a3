"""What a trading process opens for itself before its actors live: the log, the listings, the ways to the operator."""

from pathlib import Path

from cli.pulse import Pulse
from config.settings import Settings
from domain.errors import ConfigError
from domain.ports import AlertPort, Clock, EventLog
from ops.alerts import ChannelAlerts, NullAlerts
from ops.heartbeat import Heartbeat, NullHeartbeat
from ops.listings import ListingCache, MemoryListings
from ops.listings import opened as opened_listings
from ops.logs import FileLog
from ops.rotation import Rotation


def opened_log(settings: Settings, clock: Clock, account: str) -> FileLog:
    """Return the operator's log. Raises ConfigError when its folder cannot be written."""
    paths = settings.paths
    try:
        return FileLog(
            paths.log_dir,
            clock,
            secrets=(account, *settings.monitoring.secrets),
            rotation=Rotation(
                megabytes=min(paths.log_rotate_megabytes, paths.log_total_megabytes // 4),
                keep_days=paths.log_keep_days,
                total_megabytes=paths.log_total_megabytes // 2,  # Two kinds of log.
            ),
        )
    except OSError as error:
        raise ConfigError(
            f"paths.log_dir={paths.log_dir}: {error.strerror}; choose a folder that can be written"
        ) from error


def opened_cache(settings: Settings, path: Path, log: FileLog) -> ListingCache | MemoryListings:
    """Return the listings kept from earlier days; what cannot be used is set aside, and told."""
    cache, trouble = opened_listings(path, f"{settings.broker.host}:{settings.broker.port}")
    if trouble:
        log.emit("listings_unusable", reason=trouble)
    return cache


def alerts_of(settings: Settings, log: EventLog) -> AlertPort:
    """Return the way to the operator; to nobody where it is switched off or has no address."""
    monitoring = settings.monitoring
    if not monitoring.alerts_enabled or not monitoring.alert_urls:
        return NullAlerts()
    return ChannelAlerts(tuple(url.get_secret_value() for url in monitoring.alert_urls), log)


def heartbeat_of(settings: Settings, log: FileLog, pulse: Pulse) -> Heartbeat | NullHeartbeat:
    """Return what beats while all is well, or nothing that does."""
    monitoring = settings.monitoring
    if monitoring.heartbeat_url is None:
        return NullHeartbeat()
    return Heartbeat(
        monitoring.heartbeat_url.get_secret_value(),
        log,
        interval_seconds=monitoring.heartbeat_interval_seconds,
        is_well=pulse.is_well,
    )
