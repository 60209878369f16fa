namespace Attendance.Contracts;

/// <summary>The codes of problems, by which programs tell them apart. Further codes are the names of HTTP statuses in snake_case.</summary>
public static class ProblemCodes
{
    public const string AlertResolved = "alert_resolved";
    public const string ApiKeyRequired = "api_key_required";
    public const string BodyTooLarge = "body_too_large";
    public const string CameraApiUnavailable = "camera_api_unavailable";
    public const string CameraFull = "camera_full";
    public const string CameraInUse = "camera_in_use";
    public const string CameraQuarantined = "camera_quarantined";
    public const string CameraUnavailable = "camera_unavailable";
    public const string ConsentMissing = "consent_missing";
    public const string CrossSite = "cross_site";
    public const string CursorExpired = "cursor_expired";
    public const string DatabaseUnavailable = "database_unavailable";
    public const string EventIdTaken = "event_id_taken";
    public const string FaceCheckUnavailable = "face_check_unavailable";
    public const string InternalError = "internal_error";
    public const string InvalidRequest = "invalid_request";
    public const string LeaseEnded = "lease_ended";
    public const string LeaseMoved = "lease_moved";
    public const string LeaseRequired = "lease_required";
    public const string LiveUnavailable = "live_unavailable";
    public const string NoMatchingCamera = "no_matching_camera";
    public const string NodeUnavailable = "node_unavailable";
    public const string NotAPage = "not_a_page";
    public const string NotAllowed = "not_allowed";
    public const string NotFound = "not_found";
    public const string NotFree = "not_free";
    public const string NotHeld = "not_held";
    public const string NotQuarantined = "not_quarantined";
    public const string NotReopenable = "not_reopenable";
    public const string OtherMode = "other_mode";
    public const string PasswordMustBeChanged = "password_must_be_changed";
    public const string PeriodClosed = "period_closed";
    public const string PictureUnreadable = "picture_unreadable";
    public const string RightMissing = "right_missing";
    public const string RollNotOpen = "roll_not_open";
    public const string ScopeMissing = "scope_missing";
    public const string ShotNotGood = "shot_not_good";
    public const string SignInRequired = "sign_in_required";
    public const string StaleToken = "stale_token";
    public const string StoreUnavailable = "store_unavailable";
    public const string TokenRequired = "token_required";
    public const string TooMany = "too_many";
    public const string TooManyBrowserCameras = "too_many_browser_cameras";
    public const string TooManyPublishers = "too_many_publishers";
    public const string TooManySockets = "too_many_sockets";
    public const string TooManyViewers = "too_many_viewers";
    public const string UnknownAlert = "unknown_alert";
    public const string UnknownCamera = "unknown_camera";
    public const string UnknownNode = "unknown_node";
    public const string UnknownPerson = "unknown_person";
    public const string UnsupportedMediaType = "unsupported_media_type";
    public const string WebSocketRequired = "websocket_required";
    public const string WrongCode = "wrong_code";
}
