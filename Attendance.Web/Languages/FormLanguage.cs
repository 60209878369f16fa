using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;

namespace Attendance.Web.Languages;

/// <summary>Has the labels of forms, and what is wrong with a field, in the language of the request.</summary>
internal static class FormLanguage
{
    public static IMvcBuilder AddFormLanguage(this IMvcBuilder mvc)
    {
        mvc.AddDataAnnotationsLocalization(options => options.DataAnnotationLocalizerProvider = (_, _) => new Localizer());
        mvc.Services.Configure<MvcOptions>(options =>
        {
            var messages = options.ModelBindingMessageProvider;
            messages.SetAttemptedValueIsInvalidAccessor((value, field) => Words.T("“{0}” does not fit in “{1}”.", value, field));
            messages.SetMissingBindRequiredValueAccessor(field => Words.T("“{0}” is missing.", field));
            messages.SetMissingKeyOrValueAccessor(() => Words.T("A value is missing."));
            messages.SetMissingRequestBodyRequiredValueAccessor(() => Words.T("The form is empty."));
            messages.SetNonPropertyAttemptedValueIsInvalidAccessor(value => Words.T("“{0}” does not fit here.", value));
            messages.SetNonPropertyUnknownValueIsInvalidAccessor(() => Words.T("A value does not fit here."));
            messages.SetNonPropertyValueMustBeANumberAccessor(() => Words.T("Enter a number."));
            messages.SetUnknownValueIsInvalidAccessor(field => Words.T("What was entered does not fit in “{0}”.", field));
            messages.SetValueIsInvalidAccessor(value => Words.T("“{0}” does not fit here.", value));
            messages.SetValueMustBeANumberAccessor(field => Words.T("“{0}” must be a number.", field));
            messages.SetValueMustNotBeNullAccessor(_ => Words.T("Fill in this field."));
        });
        return mvc;
    }

    private sealed class Localizer : IStringLocalizer
    {
        public LocalizedString this[string name] => new(name, Words.T(name));

        public LocalizedString this[string name, params object[] arguments] => new(name, Words.T(name, arguments));

        public IEnumerable<LocalizedString> GetAllStrings(bool includeParentCultures) => [];
    }
}
